// The map script: a classic script with a stable name, because the page folium draws asks for a global.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

export default defineConfig({
  root: at('src/office'),
  publicDir: false,
  build: {
    outDir: at('../static/build/vendor'),
    emptyOutDir: false,
    lib: { entry: at('src/office/map.ts'), formats: ['iife'], name: 'PalierMap', fileName: () => 'palier-map.js' },
  },
})
