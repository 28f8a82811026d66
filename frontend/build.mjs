// Builds the pages' style sheet, scripts and pictures into the directory that the server hands out as /static/.
// Every file carries its content's hash in its name and lies there compressed too; names.json maps plain names to it.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";

import { build, transform } from "esbuild";
import { PurgeCSS } from "purgecss";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "..", "src", "hienluong");
const target = join(source, "portal", "static", "portal", "built");
const files = new Map();
const names = {};

const filesUnder = async (folder, ...extensions) =>
  (await readdir(folder, { recursive: true }))
    .filter((name) => extensions.includes(extname(name)))
    .map((name) => join(folder, name));

const put = (name, content) => {
  const bytes = Buffer.from(content);
  const extension = extname(name);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const hashed = `${name.slice(0, -extension.length)}.${hash}${extension}`;
  names[name] = hashed;
  files.set(hashed, bytes);
  files.set(`${hashed}.gz`, gzipSync(bytes, { level: 9 }));
  files.set(`${hashed}.br`, brotliCompressSync(bytes));
};

const pageSources = async () => [
  ...(await filesUnder(source, ".html")),
  ...(await filesUnder(source, ".py")).filter((name) => /portal|forms|offers/.test(name)),
  ...(await filesUnder(join(here, "scripts"), ".js")),
];

// Tabler's style sheet holds far more than our pages use: what no template, form or script names is left out.
const styleSheet = async () => {
  const tabler = await readFile(join(here, "node_modules/@tabler/core/dist/css/tabler.css"), "utf8");
  const [purged] = await new PurgeCSS().purge({
    content: [...(await pageSources()), { raw: 'type="radio"', extension: "html" }], // Django writes that type, no template does
    css: [{ raw: tabler.replace(/\/\*#.*?\*\//g, "") }],
    defaultExtractor: (text) => text.match(/[\w-/:.]+(?<![.:])/g) ?? [],
    safelist: { standard: ["js"], deep: [/data-bs-theme/] },
    variables: true,
    keyframes: true,
    fontFace: true,
  });
  const own = await build({
    entryPoints: [join(here, "styles/app.css")],
    bundle: true,
    write: false,
    logLevel: "error",
  });
  const { code } = await transform(purged.css + own.outputFiles[0].text, {
    loader: "css",
    minify: true,
    target: ["chrome109", "firefox115", "safari15"],
  });
  return code;
};

const script = async (name) => {
  const { outputFiles } = await build({
    entryPoints: [join(here, "scripts", name)],
    bundle: true,
    minify: true,
    format: "iife",
    target: ["chrome109", "firefox115", "safari15"],
    write: false,
    logLevel: "error",
  });
  return outputFiles[0].text;
};

// One picture file with the icons that templates and the navigation name; an unknown name stops the build.
const iconSprite = async () => {
  const used = new Set();
  for (const file of await pageSources()) {
    const text = await readFile(file, "utf8");
    for (const found of text.matchAll(/\{% icon "([a-z0-9-]+)"|\bicon="([a-z0-9-]+)"/g)) {
      used.add(found[1] ?? found[2]);
    }
  }
  const symbols = await Promise.all(
    [...used].sort().map(async (name) => {
      const svg = await readFile(join(here, `node_modules/@tabler/icons/icons/outline/${name}.svg`), "utf8");
      const shapes = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
      return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.replace(/\s*\n\s*/g, "")}</symbol>`;
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
};

put("app.css", await styleSheet());
put("app.js", await script("app.js"));
put("theme.js", await script("theme.js"));
put("worker.js", await script("worker.js"));
put("proofs.js", await script("proofs.js"));
put("icons.svg", await iconSprite());
for (const picture of await readdir(join(here, "pictures"))) {
  put(picture, (await readFile(join(here, "pictures", picture), "utf8")).replace(/>\s+</g, "><"));
}
files.set("names.json", `${JSON.stringify(names, null, 2)}\n`);

// Written only when everything could be made: a failed build leaves the former one in place.
await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
for (const [name, bytes] of files) await writeFile(join(target, name), bytes);
console.log(`${Object.keys(names).length} files, ${[...files].reduce((sum, [name, bytes]) => sum + (name.endsWith(".gz") ? bytes.length : 0), 0)} B compressed, in ${target}`);
