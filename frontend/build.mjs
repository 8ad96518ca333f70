// Builds src/ into ../static/kefu, which is committed. See docs/widget.md.
//   node build.mjs            build, then print sizes against the budgets
//   node build.mjs --check    build into memory and compare with what is committed
//   node build.mjs --watch    rebuild on change, with source maps inside the files
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, context } from "esbuild";
import { minify } from "terser";
import { readMembers } from "./members.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const outdir = process.env.KF_OUT ?? join(here, "..", "static", "kefu");

// Browsers that have light-dark(): Chrome 123, Safari 17.5, Firefox 120. The loader is read by older ones too.
const MODERN = ["chrome123", "safari17.5", "firefox121"];
// The widget's sources are Preact's, its bundle runs on src/tiny: see there.
const tiny = join(here, "src/tiny/index.ts");
const TINY = {
  alias: { "@preact/signals": tiny, "preact/hooks": tiny, preact: tiny },
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false, jsx: "react", jsxFactory: "h", jsxFragmentFactory: "Fragment" } },
  inject: [join(here, "src/tiny/jsx.ts")],
};
const entries = [
  { in: "src/loader/loader.ts", out: "loader", target: ["es2021"] },
  { in: "src/widget/main.tsx", out: "widget.en", target: MODERN, runtime: TINY, language: "en" },
  { in: "src/widget/main.tsx", out: "widget.zh-Hans", target: MODERN, runtime: TINY, language: "zh-Hans" },
  { in: "src/widget/widget.css", out: "widget", target: MODERN },
  { in: "src/demo/shop.ts", out: "shop", target: MODERN },
  { in: "src/demo/shop.css", out: "shop", target: MODERN },
  { in: "src/design/page.ts", out: "page", target: MODERN },
  { in: "src/account/account.css", out: "account", target: MODERN },
  { in: "src/console/main.tsx", out: "console", target: MODERN },
  { in: "src/console/console.css", out: "console", target: MODERN },
  { in: "src/reports/main.tsx", out: "reports", target: MODERN },
  { in: "src/reports/reports.css", out: "reports", target: MODERN },
].filter((entry) => existsSync(join(here, entry.in)));

// Gzip bytes (docs/widget.md, docs/console.md). "widget" is everything a visitor loads: loader, script in one language, and styles.
const budgets = [
  { name: "loader", files: ["loader.js"], limit: 4 * 1024 },
  ...["en", "zh-Hans"].map((language) => ({ name: `widget ${language}`, files: ["loader.js", `widget.${language}.js`, "widget.css"], limit: 30 * 1024 })),
  { name: "reports", files: ["reports.js", "reports.css"], limit: 90 * 1024 },
  { name: "console", files: ["console.js", "console.css"], limit: 120 * 1024 },
];

// `import css from "./x.css?inline"` gives the minified text: the loader's styles live in a shadow root.
const inlineCss = {
  name: "inline-css",
  setup(builder) {
    builder.onResolve({ filter: /\.css\?inline$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.slice(0, -"?inline".length)),
      namespace: "inline-css",
    }));
    builder.onLoad({ filter: /.*/, namespace: "inline-css" }, async ({ path }) => {
      const result = await build({ entryPoints: [path], bundle: true, minify: true, write: false, target: ["chrome100", "safari16.4"] });
      return { contents: result.outputFiles[0].text.trim(), loader: "text", watchFiles: [path] };
    });
  },
};

let members; // the same for each language

/** The panel's sources with short members, and in texts.ts `say("English", "Chinese")` as the one that is wanted. */
const forVisitors = (language) => ({
  name: "for-visitors",
  setup(builder) {
    const word = language === "en" ? "$2" : "$3";
    builder.onLoad({ filter: /\/src\/.*\.tsx?$/ }, ({ path }) => {
      const text = members.sources.get(path) ?? readFileSync(path, "utf8");
      const contents = path.endsWith("/texts.ts") ? text.replace(/^((?:export )?const \w+ = )say\((".*"), (".*")\);$/gm, `$1${word};`) : text;
      return { contents, loader: path.endsWith("x") ? "tsx" : "ts" };
    });
  },
});

const options = (entry, extra = {}) => ({
  absWorkingDir: here,
  entryPoints: [{ in: entry.in, out: entry.out }],
  outdir,
  bundle: true,
  minify: true,
  format: "iife",
  target: entry.target,
  ...(entry.runtime && { mangleProps: (members ??= readMembers(here, [entry.in, "src/tiny/index.ts"])).names }),
  ...(entry.runtime ?? { jsx: "automatic", jsxImportSource: "preact" }),
  charset: "utf8",
  legalComments: "none",
  // Letters by their script: every browser that we build for knows them.
  supported: { "regexp-unicode-property-escapes": true },
  ...(entry.language && { define: { KEFU_LOCALE: JSON.stringify(entry.language) } }),
  plugins: [inlineCss, ...(entry.language ? [forVisitors(entry.language)] : [])],
  ...extra,
});

async function buildAll() {
  const results = await Promise.all(entries.map((entry) => build(options(entry, { write: false }))));
  return Promise.all(results.flatMap((result) => result.outputFiles).map(squeeze));
}

/** What visitors load is made smaller still. */
async function squeeze({ path, contents, text }) {
  if (/widget\.css$/.test(path)) return { path, contents: lightenTokens(withoutLayers(text)) };
  if (/shop\.css$/.test(path)) return { path, contents: lightenTokens(text) };
  if (!/(widget\.[\w-]+|loader)\.js$/.test(path)) return { path, contents };
  const { code } = await minify(text, { ecma: 2020, toplevel: true, compress: { passes: 5, pure_getters: true, unsafe_arrows: true, keep_fargs: false, hoist_props: true, unsafe: true, comparisons: false, unsafe_comps: true, unsafe_math: true, lhs_constants: false, inline: 1 } });
  return { path, contents: Buffer.from(code) };
}

/** Written from tokens to components, the order of the rules says the same as their layers. */
const withoutLayers = (css) =>
  css
    .replace(/@layer [\w,]+;/, "")
    .split(/@layer \w+\{/)
    .map((layer, index) => (index ? layer.replace(/\}\s*$/, "") : layer))
    .join("");

/**
 * Every page shares design/tokens.css. What is the same in every theme and set once is written in place of its
 * var(); what is left and nobody asks for is dropped, the rest gets short names. The accent stays: others set it.
 */
function lightenTokens(css) {
  css = css.replace(":root,:host", ":root").replace(/--kf-(on-)?accent[\w-]*:[^;}]*;?/g, ""); // the page's root sets all of them: tenants/accents.py, applyAccent()
  const TOKEN = /(--kf-[\w-]+):([^;{}]*)(;|(?=\}))/g;
  const values = new Map();
  for (const [, name, value] of css.matchAll(TOKEN)) values.set(name, values.has(name) ? null : value.trim());
  for (const [name, value] of values)
    if (value && value.length < 24 && !/#|oklch|var/.test(value)) css = css.replaceAll(`var(${name})`, value);
  for (let before = ""; before !== css; ) {
    before = css;
    const used = new Set([...css.matchAll(/var\((--kf-[\w-]+)/g)].map((match) => match[1]));
    css = css.replace(TOKEN, (whole, name) => (used.has(name) ? whole : ""));
  }
  css = css.replace(/(--[\w-]+:)([^;{}]*)/g, (_, name, value) => name + value.trim().replaceAll(", ", ",").replaceAll(" / ", "/"));
  const left = [...new Set([...css.matchAll(/--kf-(?!(?:on-)?accent)[\w-]+/g)].map(([name]) => name))];
  return Buffer.from(css.replace(/--kf-[\w-]+/g, (name) => (left.includes(name) ? `--${left.indexOf(name).toString(36)}` : name)));
}

function report(files) {
  const sizes = new Map(files.map((file) => [basename(file.path), gzipSync(file.contents, { level: 9 }).length]));
  let over = false;
  for (const { name, files: parts, limit } of budgets) {
    if (!parts.every((part) => sizes.has(part))) continue;
    const size = parts.reduce((sum, part) => sum + sizes.get(part), 0);
    over ||= size > limit;
    const verdict = size > limit ? "OVER" : "ok";
    console.log(`${name.padEnd(16)} ${String(size).padStart(6)} of ${String(limit).padStart(6)} bytes gzip  ${verdict}`);
  }
  return !over;
}

if (process.argv.includes("--watch")) {
  for (const entry of entries) {
    const ctx = await context(options(entry, { sourcemap: "inline", minify: false, logLevel: "info" }));
    await ctx.watch();
  }
} else {
  const files = await buildAll();
  const within = report(files);
  if (process.argv.includes("--check")) {
    const stale = files.filter(
      (file) => !existsSync(file.path) || !readFileSync(file.path).equals(Buffer.from(file.contents)),
    );
    for (const file of stale) console.error(`stale: static/kefu/${basename(file.path)} (run: npm run build)`);
    if (stale.length) process.exitCode = 1;
  } else {
    mkdirSync(outdir, { recursive: true });
    for (const file of files) writeFileSync(file.path, file.contents);
  }
  if (!within) process.exitCode = 1;
}
