// What the product adds to JupyterLab and Notebook 7 themselves.

import { colours } from './colours.js';
import { runAgain } from './again.js';

export default [colours, runAgain];
