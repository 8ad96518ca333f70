// What state needs of a browser when it is imported, for tests in Node: imported before it.
class Kept {
  [key: string]: unknown;
  getItem(key: string): unknown {
    return this[key] ?? null;
  }
  setItem(key: string, value: string): void {
    this[key] = value;
  }
  removeItem(key: string): void {
    delete this[key];
  }
}

Object.assign(globalThis, {
  window: globalThis,
  location: new URL("http://acme.localhost/console"),
  localStorage: new Kept(),
  document: { hidden: false, hasFocus: () => false, cookie: "", documentElement: { dataset: {} }, addEventListener: () => {} },
  addEventListener: () => {},
});
