import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// `vite` alone serves the UI for work on it, over a control plane that already runs.
const controlPlane = 'http://localhost:3000';

export default defineConfig({
  plugins: [react()],
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
