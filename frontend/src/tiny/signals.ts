// The part of @preact/signals that the widget uses, in a tenth of its size. Differences, on purpose:
// effects and rendering run in one microtask after a change, so everything is batched by nature.

type Dependency = [source: Source<unknown>, version: number];

interface Source<T> {
  readonly value: T;
  peek(): T;
  /** Grows whenever the value changes. */
  version(): number;
}

let reading: Dependency[] | null = null;
let isScheduled = false;
const effects = new Set<Effect>();
let renderRoot: () => void = () => {};

export const onEveryChange = (render: () => void): void => void (renderRoot = render);

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  queueMicrotask(() => {
    isScheduled = false;
    for (const one of effects) one.runIfStale();
    renderRoot();
  });
}

function track<T>(source: Source<T>): void {
  reading?.push([source, source.version()]);
}

function collect<T>(run: () => T): [T, Dependency[]] {
  const outer = reading;
  reading = [];
  try {
    return [run(), reading];
  } finally {
    reading = outer;
  }
}

export function untracked<T>(run: () => T): T {
  const outer = reading;
  reading = null;
  try {
    return run();
  } finally {
    reading = outer;
  }
}

const isStale = (dependencies: Dependency[] | null): boolean =>
  !dependencies || dependencies.some(([source, version]) => source.version() !== version);

class Signal<T> implements Source<T> {
  private changes = 0;
  constructor(private held: T) {}
  get value(): T {
    track(this);
    return this.held;
  }
  set value(next: T) {
    if (Object.is(next, this.held)) return;
    this.held = next;
    this.changes++;
    schedule();
  }
  peek(): T {
    return this.held;
  }
  version(): number {
    return this.changes;
  }
}

class Computed<T> implements Source<T> {
  private changes = 0;
  private held!: T;
  private dependencies: Dependency[] | null = null;
  constructor(private readonly compute: () => T) {}
  get value(): T {
    track(this);
    return this.peek();
  }
  peek(): T {
    this.version();
    return this.held;
  }
  version(): number {
    if (isStale(this.dependencies)) {
      const [next, dependencies] = collect(this.compute);
      this.dependencies = dependencies;
      if (!Object.is(next, this.held) || !this.changes) {
        this.held = next;
        this.changes++;
      }
    }
    return this.changes;
  }
}

class Effect {
  private dependencies: Dependency[] | null = null;
  constructor(private readonly run: () => void) {}
  runIfStale(): void {
    if (isStale(this.dependencies)) this.dependencies = collect(this.run)[1];
  }
}

export const signal = <T>(value: T): Signal<T> => new Signal(value);
export const computed = <T>(compute: () => T): Computed<T> => new Computed(compute);
export const batch = (run: () => void): void => run();

export function effect(run: () => void): () => void {
  const made = new Effect(run);
  effects.add(made);
  made.runIfStale();
  return () => effects.delete(made);
}
