// The process in which one group is measured.
import { groups } from '../groups.mjs';
import { measure } from './measure.mjs';

const group = await groups[Number(process.argv[2])].make();
try {
  process.send(await measure(group));
} finally {
  await group.close?.();
  process.disconnect();
}
