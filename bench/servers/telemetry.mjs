// Silent, with OpenTelemetry: spans through the SDK's batch exporter, which drops them, and metrics.
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import express from 'express';
import bigmind from '../../dist/index.js';
import opentelemetry from '../../dist/telemetry/opentelemetry/index.js';
import { event, secret } from '../load/deliveries.mjs';
import { handle, serve } from './serve.mjs';

const nowhere = {
  export: (_found, done) => done({ code: 0 }),
  forceFlush: async () => {},
  shutdown: async () => {},
};
const tracerProvider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(nowhere)] });
tracerProvider.register();
const meterProvider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter: nowhere })] });
const telemetry = opentelemetry.openTelemetry({ tracerProvider, meterProvider });
const webhooks = bigmind.bigmindWebhooks({ secret, logger: false, telemetry });
webhooks.on(event, handle);
serve(express().use('/webhooks', webhooks.router));
