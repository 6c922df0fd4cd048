import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// `vite` alone serves the UI for work on it, over a control plane that already runs.
const controlPlane = 'http://localhost:3000';

// Read where it is written: the UI is built before the programs are.
const runConflict = fileURLToPath(new URL('../../proto/src/run-conflict.ts', import.meta.url));

export default defineConfig({
  plugins: [react()],
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
