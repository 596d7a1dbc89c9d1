// Builds dist/: the program and its libraries in a few files. The agent would otherwise start by looking for some 300
// modules one by one, which takes it longer than all the rest of the start (docs/performance.md).
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

// The libraries that are CommonJS ask for Node's own modules with it.
const REQUIRE =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);";

rmSync('dist', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  // As far below package.json as the sources are: `--version` reads it.
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  sourcemap: true,
  banner: { js: REQUIRE },
  metafile: true,
  logLevel: 'warning',
});
writeFileSync('dist/LICENSES.txt', licensesOf(Object.keys(metafile.inputs)));

/** What the libraries' authors ask for: that their terms travel with their code. */
function licensesOf(files: readonly string[]): string {
  const packages = new Set(
    files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/u.exec(file)?.at(0) ?? []),
  );
  return [...packages].sort().map(licenseOf).join('\n');
}

function licenseOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const file = ['LICENSE', 'LICENSE.md', 'license', 'LICENCE']
    .map((base) => path.join(folder, base))
    .find((candidate) => existsSync(candidate));
  return `${name} ${version} (${license})\n\n${file === undefined ? '' : readFileSync(file, 'utf8')}`;
}
