// The tablet app, installed under /tablet/; its service worker is built after it (worker.ts).
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

export default defineConfig({
  root: at('src/tablet'),
  base: '/tablet/',
  publicDir: at('public/tablet'),
  plugins: [vue()],
  build: {
    outDir: at('../static/tablet'),
    emptyOutDir: true,
    // The content security policy takes fonts from our own origin only: no data: URI.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The form engine is most of it; it loads with the first visit, from the tablet's own cache.
    chunkSizeWarningLimit: 1600,
    // The engine's WebAssembly glue holds evals that never run; the policy forbids them as well.
    rolldownOptions: { onwarn: (warning, warn) => { if (warning.code !== 'EVAL') warn(warning) } },
  },
})
