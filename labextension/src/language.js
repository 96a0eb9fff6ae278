// Which language a cell is written in, by the magic on its first line.

const SHELLS = ['bash', 'shell', 'sh', 'zsh', 'fish', 'ksh', 'dash'];

// The names that tasks give their languages, and those that JupyterLab knows them by.
const NAMES = new Map([
  ...SHELLS.map(name => [name, 'shell']),
  ...['python', 'py', 'python3'].map(name => [name, 'python']),
  ...['node', 'js', 'javascript'].map(name => [name, 'javascript']),
  ...['deno', 'ts', 'typescript'].map(name => [name, 'typescript']),
  ['ruby', 'ruby'],
  ['perl', 'perl'],
  ['R', 'r'],
  ['r', 'r'],
  ['Rscript', 'r'],
  ['sqlite3', 'sqlite'],
  ...['psql', 'duckdb'].map(name => [name, 'postgresql']),
  ...['mysql', 'mariadb'].map(name => [name, 'mysql']),
  ...['lua', 'julia', 'php', 'octave'].map(name => [name, name]),
  ['pwsh', 'powershell'],
  ['powershell', 'powershell']
]);

/** The language of a cell that is none of a notebook's own; `none` is text without colours. */
export const PLAIN = 'none';

/**
 * Return the language of a cell as JupyterLab names it, `none` for one that it does not know, or
 * null where no magic of ours or of the shell's says anything.
 *
 * @param {string} first The first line of the cell.
 * @param {string} second The second, for a script that names its interpreter.
 */
export function languageOf(first, second = '') {
  const magic = /^\s*%%(\w+)(.*)$/.exec(first);
  if (!magic) {
    return null;
  }
  const [, name, rest] = magic;
  if (name === 'spry_task') {
    return known(interpreterOf(second) ?? flagOf(rest) ?? attributeOf(rest) ?? 'bash');
  }
  if (name === 'bash' || name === 'sh') {
    return 'shell';
  }
  const program = name === 'script' ? programOf(rest) : null;
  return program !== null && SHELLS.includes(program) ? 'shell' : null;
}

function known(name) {
  return NAMES.get(name) ?? PLAIN;
}

function flagOf(rest) {
  const flags = rest.split(/\s\{/, 1)[0];
  const all = [...flags.matchAll(/\s(?:--lang(?:=|\s+)|-l=?\s*)["']?([\w.+-]+)/g)];
  return all.length ? all[all.length - 1][1] : null;
}

function attributeOf(rest) {
  return /\{.*?["']?\blang["']?\s*:\s*["']([\w.+-]+)["']/.exec(rest)?.[1] ?? null;
}

function interpreterOf(line) {
  return line.startsWith('#!') ? programOf(line.slice(2)) : null;
}

// `/usr/bin/env -S python3 -u` is python3, and `python3.12` is as much.
function programOf(command) {
  const words = command.trim().split(/\s+/);
  const programs = words.map(word => word.split('/').pop()).filter(word => !word.startsWith('-'));
  const program = programs[0] === 'env' ? programs.find(word => word !== 'env' && !word.includes('=')) : programs[0];
  return program ? program.replace(/^(\D+?)[\d.]+$/, (whole, name) => (NAMES.has(whole) ? whole : name)) : null;
}
