import type { InspectorState } from '../wire';
import { client } from './client';
import { showConnection } from './follow-deliveries';
import { startPage } from './start-page';

client.state().then(
  (state: InspectorState) => startPage(state),
  () => showConnection('waiting'),
);
