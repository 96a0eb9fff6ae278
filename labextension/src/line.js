// The line that runs again what did not succeed.

const WORD = /\s+((?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+)/g; // what is quoted is one, whatever it holds
const FLAGS = /^-[nvy]*f[fnvy]*$/; // short options in one word, of which one is --force

/** Return a word without what asks to run everything, or to go on, with the space before it. */
function kept(all, word) {
  if (word === '--force' || word === '--resume') {
    return '';
  }
  if (!FLAGS.test(word)) {
    return all;
  }
  const others = word.replaceAll('f', '');
  return others === '-' ? '' : all.replace(word, others);
}

/**
 * Return the source of a cell that goes on where a run has failed.
 *
 * @param {string} source The cell that ran it: the options of a lone magic are taken over.
 * @param {string[]} targets What was asked for; none is everything.
 */
export function lineAgain(source, targets) {
  const lines = source.split('\n').map(line => line.trim()).filter(line => line && !line.startsWith('#'));
  const lone = lines.length === 1 ? /^(?:\w+\s*=\s*)?(%spry_(?:run|runbook)\b.*?)\s*;?$/.exec(lines[0]) : null;
  if (lone) {
    return `${lone[1].replace(WORD, kept)} --resume`;
  }
  return targets.length ? `%spry_run ${targets.join(' ')} --resume` : '%spry_runbook --resume';
}
