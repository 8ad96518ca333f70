import { Component } from "preact";
import type { ComponentChild } from "preact";

/** Renders only when a prop changed: with two thousand messages in the log, all but one are the same. */
export abstract class Pure<P extends object> extends Component<P> {
  override shouldComponentUpdate(next: Readonly<P>): boolean {
    const now = this.props as Record<string, unknown>;
    return Object.entries(next).some(([name, value]) => now[name] !== value);
  }
  abstract override render(): ComponentChild;
}
