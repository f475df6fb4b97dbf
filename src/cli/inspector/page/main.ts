import type { InspectorState } from '../wire';
import { client } from './client';
import { showConnection } from './live';
import { startPage } from './page';

client.state().then(
  (state: InspectorState) => startPage(state),
  () => showConnection('waiting'),
);
