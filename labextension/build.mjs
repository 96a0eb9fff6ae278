// Builds the extension into the Python package:  npm ci && npm run build
//
// `jupyter-builder` comes with JupyterLab 4.6; take it from the environment of the project. What was
// built notes what it was built from, so that a test can tell whether it is up to date.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const built = join(here, '..', 'spry_jupyter', 'labextension');

rmSync(built, { recursive: true, force: true });
execFileSync('jupyter-builder', ['build', '.'], { cwd: here, stdio: 'inherit' });

const sources = ['package.json', ...readdirSync(join(here, 'src')).sort().map(name => `src/${name}`)];
const digest = createHash('sha256');
for (const name of sources) {
  digest.update(`${name}\0`).update(readFileSync(join(here, name))).update('\0');
}
writeFileSync(join(built, 'built-from.sha256'), `${digest.digest('hex')}\n`);
