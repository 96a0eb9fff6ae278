// The records of runs get a button at each task that failed: it runs again what did not succeed,
// in a cell of its own, so that the user sees what was done and the notebook keeps it.

import { lineAgain } from './line.js';

const ROW = '.spry-record .spry-failed[data-task]';
const BUTTON = 'spry-again';

const STYLE = `margin:2px 0; padding:0 8px; border:1px solid var(--jp-border-color1); border-radius:4px;
  background:var(--jp-layout-color1); color:var(--jp-ui-font-color1); font:inherit; font-size:12px; line-height:18px;
  white-space:nowrap; cursor:pointer`;

function addButton(row, run) {
  if (row.querySelector(`.${BUTTON}`)) {
    return;
  }
  const button = document.createElement('button');
  button.type = 'button';
  button.className = BUTTON;
  button.textContent = 'Run again from here';
  button.title = 'Runs this task and what could not run because of it, in a new cell below';
  button.style.cssText = STYLE;
  button.addEventListener('click', event => {
    event.stopPropagation(); // or a table's row would be selected
    void run(row);
  });
  (row.querySelectorAll('td')[1] ?? row).append('\u2002 ', button); // beside what came of the task
}

/** Return the notebook and the place of the cell that an element is an output of, or null. */
function placeOf(element, shell) {
  for (const panel of shell.widgets('main')) {
    const cells = panel.sessionContext && panel.content?.widgets;
    const index = cells ? cells.findIndex(cell => cell.node.contains(element)) : -1;
    if (index >= 0) {
      return { panel, index };
    }
  }
  return null;
}

async function goOn(row, { shell, commands }) {
  const place = placeOf(row, shell);
  if (place === null) {
    return;
  }
  const { panel, index } = place;
  const targets = row.closest('.spry-record').dataset.targets ?? '';
  const source = panel.content.widgets[index].model.sharedModel.getSource();
  shell.activateById(panel.id);
  panel.content.deselectAll();
  panel.content.activeCellIndex = index;
  await commands.execute('notebook:insert-cell-below');
  panel.content.activeCell.model.sharedModel.setSource(lineAgain(source, targets.split(' ').filter(Boolean)));
  await commands.execute('notebook:run-cell');
}

function watch(app) {
  const run = row => goOn(row, app);
  const add = node => {
    const rows = node.matches?.(ROW) ? [node] : (node.querySelectorAll?.(ROW) ?? []);
    rows.forEach(row => placeOf(row, app.shell) && addButton(row, run));
  };
  // Records come and go with every output that is drawn, by whatever draws it.
  new MutationObserver(changes => changes.forEach(change => change.addedNodes.forEach(add))).observe(document.body, {
    childList: true,
    subtree: true
  });
  add(document.body);
}

export const runAgain = {
  id: 'spry-jupyter:run-again',
  description: 'Offers to run again what failed, at the record of a run.',
  autoStart: true,
  activate: watch
};
