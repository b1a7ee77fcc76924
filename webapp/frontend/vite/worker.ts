// The service worker, built last: it holds the list of all that the tablet build made.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const BUILT = at('../static/tablet')

function builtFiles(): [string, string][] {
  const names = readdirSync(BUILT, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'sw.js')
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .sort()
  return names.map((name) => [
    `/tablet${name.slice(BUILT.length)}`, createHash('sha256').update(readFileSync(name)).digest('hex').slice(0, 16),
  ])
}

export default defineConfig({
  root: at('src/tablet'),
  publicDir: false,
  define: { __FILES__: JSON.stringify(builtFiles()) },
  build: {
    outDir: BUILT,
    emptyOutDir: false,
    lib: { entry: at('src/tablet/app/serviceworker.ts'), formats: ['iife'], name: 'sw', fileName: () => 'sw.js' },
  },
})
