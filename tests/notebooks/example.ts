// %% [markdown]
// # An example
//
// Prose with `code`, **weight** and <angles>.
//
// - one
// - two

// %%
import { finding, show } from '../../notebooks/notebook.ts';
import { tablePanel } from '../../notebooks/support/tables.ts';

const later = async () => show('shown by a function of the first cell');
show(tablePanel('Numbers', ['name', 'value'], [['seven', 7]]));

// %% [markdown]
// ## Second

// %%
await later();
await new Promise((done) => setTimeout(done, 5));
finding(1 < 2, 'One is less than two.');
