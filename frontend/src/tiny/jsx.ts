// What JSX becomes in the panel's bundle. Named one by one: esbuild's inject does not look through `export *`.
export { Fragment, h } from "./view";
