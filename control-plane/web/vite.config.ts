import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

// `vite` alone serves the UI for work on it, over a control plane that already runs.
const controlPlane = 'http://localhost:3000';

// Read where it is written: the UI is built before the programs are.
const runConflict = fileURLToPath(new URL('../../proto/src/run-conflict.ts', import.meta.url));

/** Beside the UI, for the control plane: the documents that this UI sends, by their hashes. */
const listDocuments: Plugin = {
  name: 'drawbridge-documents',
  generateBundle() {
    const file = new URL('./src/api/generated/persisted-documents.json', import.meta.url);
    this.emitFile({
      type: 'asset',
      fileName: 'documents.json',
      source: readFileSync(file, 'utf8'),
    });
  },
};

export default defineConfig({
  plugins: [react(), listDocuments],
  resolve: { alias: { '@drawbridge/proto/run-conflict': runConflict } },
  build: {
    target: 'es2022',
    // Nothing is inlined, so that the page's policy can forbid data: and inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
  },
  server: {
    proxy: {
      '/graphql': { target: controlPlane, ws: true },
      '/api': controlPlane,
    },
  },
});
