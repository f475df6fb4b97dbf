// `npm run bench`: what receiving a delivery costs, as a multiple of the least it can cost. All contenders run in one
// process, in interleaved rounds of a shuffled order, so that whatever slows the machine down slows them alike.
import { measure } from './measure.mjs';
import { print } from './print.mjs';
import { receiving } from './receiving.mjs';

const groups = [700, 20_000, 1_000_000].map((bytes) => receiving(bytes));

const results = [];
for (const group of groups) results.push(await measure(group));
print(results);
