// %% [markdown]
// # A notebook whose sentence does not hold

// %%
import { finding } from '../../notebooks/notebook.ts';

finding(Number('1') > 2, 'One is more than two.');
