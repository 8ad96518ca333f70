// What build.mjs gives the widget for "preact", "preact/hooks" and "@preact/signals".
import { computed, effect, signal } from "./signals";
import { noteLocal, useEffect, useMemo } from "./view";

export * from "./signals";
export * from "./view";

export const useSignal = <T>(value: T) => useMemo(() => noteLocal(signal(value)), []);
export const useComputed = <T>(compute: () => T) => useMemo(() => computed(compute), []);
export const useSignalEffect = (run: () => void): void => useEffect(() => effect(run), []);
