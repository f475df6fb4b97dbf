import { pino } from 'pino';
import { handWrittenApp } from './hand-written-app.mjs';
import { serve } from './serve.mjs';

serve(handWrittenApp(pino()));
