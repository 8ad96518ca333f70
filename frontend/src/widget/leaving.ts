import { useEffect } from "preact/hooks";

/** What lies open closes when one of `events` happens elsewhere. */
export function useLeaving(box: { current: Element | null }, close: () => void, ...events: ("pointerdown" | "focusin")[]): void {
  useEffect(() => {
    const left = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) close();
    };
    for (const name of events) document.addEventListener(name, left);
    return () => {
      for (const name of events) document.removeEventListener(name, left);
    };
  }, []);
}
