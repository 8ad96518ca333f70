// The part of Preact that the widget uses: function components with hooks, one kind of class component (Pure),
// keyed children, fragments. The widget's sources are written against Preact's types and run on Preact too;
// build.mjs puts this in its place because Preact with hooks and signals is a third of the whole budget.
//
// Simpler than Preact in one way: every change renders from the root. Components that must not
// pay for that say so (shouldComponentUpdate).
import { onEveryChange, untracked } from "./signals";

type Props = Record<string, any>;
type Ref = ((element: Element | null) => void) | { current: unknown };
type Child = Node_ | string | number | boolean | null | undefined | Child[];

interface Node_ {
  type: any; // tag name, component, Fragment, or TEXT
  props: Props;
  key: unknown;
  dom?: any;
  kids: Node_[];
  hooks?: Hook[];
  instance?: Component<Props>;
  /** Local signals below a class component: they change without its props changing. */
  locals?: Local[];
}

type Local = { signal: { version(): number }; seen: number };

interface Hook {
  value?: any;
  deps?: unknown[] | undefined;
  cleanup?: (() => void) | void;
}

/** Where the next DOM node of a parent belongs. Shared by nested components: fragments need nothing more. */
interface Cursor {
  parent: Node;
  next: Node | null;
  isSvg: boolean;
}

const TEXT = "#text";
const SVG = "http://www.w3.org/2000/svg";
let owner: Node_;
let hookIndex = 0;
/** Locals of every class component around the one that renders, nearest last. */
const shelters: Local[][] = [];
let layoutEffects: (() => void)[] = [];
let laterEffects: (() => void)[] = [];

export const Fragment = (props: Props): Child => props.children;

export abstract class Component<P> {
  constructor(public props: P) {}
  shouldComponentUpdate?(next: P): boolean;
  abstract render(): unknown;
}

const jsx = (type: unknown, props: Props, key?: unknown): Node_ => ({ type, props, key, kids: [] });

/** What JSX becomes. No children, no such prop: an empty list is a new one each time, and looks like a change. */
export const h = (type: unknown, props: Props | null, ...children: Child[]): Node_ =>
  jsx(type, children.length ? { ...props, children } : { ...props }, props?.key);

export function render(node: Node_, parent: Element): void {
  let shown: Node_[] = [];
  let isBusy = false;
  const commit = () => {
    if (isBusy) return;
    isBusy = true;
    untracked(() => {
      shown = diffKids(shown, [{ ...node, kids: [] }], { parent, next: parent.firstChild, isSvg: false });
      for (const effects of [layoutEffects, laterEffects]) for (const run of effects.splice(0)) run();
    });
    isBusy = false;
  };
  onEveryChange(commit);
  commit();
}

function flatten(child: Child, into: Node_[] = []): Node_[] {
  if (Array.isArray(child)) for (const one of child) flatten(one, into);
  else if (typeof child === "object" && child) into.push(child);
  else if (typeof child === "string" || typeof child === "number") into.push(jsx(TEXT, { text: `${child}` }));
  return into;
}

function diffKids(before: Node_[], after: Node_[], cursor: Cursor): Node_[] {
  const byKey = new Map<unknown, Node_>();
  const plain: Node_[] = [];
  for (const old of before) old.key === undefined ? plain.push(old) : byKey.set(old.key, old);
  const matches = after.map((node) => {
    if (node.key !== undefined) {
      const old = byKey.get(node.key);
      if (old?.type !== node.type) return undefined;
      byKey.delete(node.key);
      return old;
    }
    const at = plain.findIndex((old) => old.type === node.type);
    return at < 0 ? undefined : plain.splice(at, 1)[0];
  });
  for (const gone of [...byKey.values(), ...plain]) unmount(gone, cursor);
  after.forEach((node, index) => diff(matches[index], node, cursor));
  return after;
}

function diff(old: Node_ | undefined, node: Node_, cursor: Cursor): void {
  if (typeof node.type === "function") diffComponent(old, node, cursor);
  else diffElement(old, node, cursor);
}

function diffComponent(old: Node_ | undefined, node: Node_, cursor: Cursor): void {
  const { type: make, props } = node;
  node.hooks = old?.hooks ?? [];
  node.instance = old?.instance;
  if (make.prototype?.render) {
    const known = node.instance;
    node.locals = old?.locals ?? [];
    if (known && !known.shouldComponentUpdate!(props) && node.locals.every(({ signal, seen }) => signal.version() === seen)) {
      node.kids = old!.kids;
      return placeAll(node, cursor);
    }
    node.instance = known ?? new make(props);
    node.instance!.props = props;
  }
  if (node.locals) shelters.push(node.locals);
  owner = node;
  hookIndex = 0;
  const rendered = node.instance ? node.instance.render() : make(props);
  node.kids = diffKids(old?.kids ?? [], flatten(rendered as Child), cursor);
  if (node.locals) shelters.pop();
  for (const local of node.locals ?? []) local.seen = local.signal.version();
}

/** A signal that a component made for itself. */
export function noteLocal<T extends { version(): number }>(signal: T): T {
  for (const locals of shelters) locals.push({ signal, seen: 0 });
  return signal;
}

function diffElement(old: Node_ | undefined, node: Node_, cursor: Cursor): void {
  const { type, props } = node;
  const isSvg = cursor.isSvg || type === "svg";
  const dom = (node.dom =
    old?.dom ?? (type === TEXT ? document.createTextNode("") : isSvg ? document.createElementNS(SVG, type) : document.createElement(type)));
  if (type === TEXT) {
    if (dom.data !== props.text) dom.data = props.text;
    return place(dom, cursor);
  }
  const html = props.dangerouslySetInnerHTML?.__html;
  // Before its properties: a <select> or a scroll position needs the content first.
  if (html === undefined && old?.props.dangerouslySetInnerHTML) dom.textContent = "";
  if (html === undefined) node.kids = diffKids(old?.kids ?? [], flatten(props.children), { parent: dom, next: dom.firstChild, isSvg });
  else if (html !== old?.props.dangerouslySetInnerHTML?.__html) dom.innerHTML = html;
  const known = old?.props ?? {};
  for (const name in { ...known, ...props }) {
    const value = props[name];
    if (name === "value" ? dom.value !== value : value !== known[name]) setProperty(dom, name, value, isSvg);
  }
  place(dom, cursor);
  if (props.ref !== known.ref) setRef(props.ref, dom);
}

function setProperty(dom: any, name: string, value: unknown, isSvg: boolean): void {
  if (/^(children|ref|key)$/.test(name) || (value as Props | null)?.__html != null) return;
  if (name === "style") {
    for (const [rule, setting] of Object.entries(value as object))
      rule.startsWith("--") ? dom.style.setProperty(rule, setting) : (dom.style[rule] = setting);
  } else if (name.startsWith("on")) {
    // What a handler answers is nobody's business: false would prevent the default.
    dom[name.toLowerCase()] = value ? (event: Event) => void (value as (event: Event) => void)(event) : null;
  } else if (!isSvg && name in dom && name !== "class") dom[name] = value ?? "";
  else if (value == null || (value === false && !name.startsWith("aria-"))) dom.removeAttribute(name);
  else dom.setAttribute(name, value);
}

function setRef(ref: Ref | undefined, element: Element | null): void {
  if (typeof ref === "function") ref(element);
  else if (ref) ref.current = element;
}

function place(dom: Node, cursor: Cursor): void {
  if (dom === cursor.next) cursor.next = dom.nextSibling;
  else cursor.parent.insertBefore(dom, cursor.next);
}

function placeAll(node: Node_, cursor: Cursor): void {
  if (node.dom) place(node.dom, cursor);
  else for (const kid of node.kids) placeAll(kid, cursor);
}

function unmount(node: Node_, cursor: Cursor | null): void {
  for (const hook of node.hooks ?? []) hook.cleanup?.();
  // Inside an element that goes as a whole, nothing is taken out one by one.
  for (const kid of node.kids) unmount(kid, node.dom ? null : cursor);
  if (!node.dom) return;
  setRef(node.props.ref, null);
  if (!cursor) return;
  if (cursor.next === node.dom) cursor.next = node.dom.nextSibling;
  node.dom.remove();
}

function hook(): Hook {
  return (owner.hooks![hookIndex++] ??= {});
}

const isChanged = (before: unknown[] | undefined, after: unknown[] | undefined): boolean =>
  !before || !after || after.some((value, index) => !Object.is(value, before[index]));

export function useMemo<T>(make: () => T, deps: unknown[]): T {
  const state = hook();
  if (isChanged(state.deps, deps)) {
    state.value = make();
    state.deps = deps;
  }
  return state.value as T;
}

export const useRef = <T>(initial: T): { current: T } => useMemo(() => ({ current: initial }), []);

const effectHook =
  (isLayout: boolean) =>
  (run: () => (() => void) | void, deps?: unknown[]): void => {
    const state = hook();
    if (!isChanged(state.deps, deps)) return;
    state.deps = deps;
    (isLayout ? layoutEffects : laterEffects).push(() => {
      state.cleanup?.();
      state.cleanup = run();
    });
  };

export const useLayoutEffect = effectHook(true);
export const useEffect = effectHook(false);
