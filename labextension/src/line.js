// The line that runs again what did not succeed.

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
    const words = lone[1].split(/\s+/).filter(word => !['-f', '--force', '--resume'].includes(word));
    return [...words, '--resume'].join(' ');
  }
  return targets.length ? `%spry_run ${targets.join(' ')} --resume` : '%spry_runbook --resume';
}
