// The office bundle: one stylesheet and a few small scripts, with hashed names and a manifest Flask reads.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import { copies } from './copies'

// The pictograms of the papers: each stands beside its word.
const PAPER_ICONS = [
  'calendar-check', 'check-circle-fill', 'circle-half', 'droplet-half',
  'exclamation-triangle-fill', 'eye', 'hand-thumbs-up', 'house-heart', 'person-heart',
  'question-circle', 'telephone-fill', 'tools', 'x-circle-fill',
  // Days at home.
  'bucket', 'cup-hot', 'heart', 'house-door', 'ladder', 'people', 'person-standing', 'person-walking', 'piggy-bank',
  // What is around a residence.
  'bank', 'basket', 'bus-front', 'capsule', 'cart', 'envelope', 'hospital', 'shop', 'tree',
]

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

export default defineConfig({
  root: at('src/office'),
  base: './',
  publicDir: false,
  plugins: [
    copies([
      [at('src/tokens.css'), 'tokens.css'],
      [at('node_modules/leaflet/dist/leaflet.js'), 'vendor/leaflet/leaflet.js'],
      [at('node_modules/leaflet/dist/leaflet.css'), 'vendor/leaflet/leaflet.css'],
      ...['layers', 'layers-2x', 'marker-icon', 'marker-icon-2x', 'marker-shadow'].map(
        (name): [string, string] => [
          at(`node_modules/leaflet/dist/images/${name}.png`),
          `vendor/leaflet/images/${name}.png`,
        ],
      ),
      ...PAPER_ICONS.map((name): [string, string] => [
        at(`node_modules/bootstrap-icons/icons/${name}.svg`),
        `papers/${name}.svg`,
      ]),
    ]),
  ],
  build: {
    outDir: at('../static/build'),
    emptyOutDir: true,
    manifest: 'manifest.json',
    // The content security policy takes fonts from our own origin only: no data: URI.
    assetsInlineLimit: 0,
    modulePreload: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      input: { office: at('src/office/office.ts'), charts: at('src/office/charts.ts'), board: at('src/office/board.ts') },
      // htmx holds an eval that its `allowEval = false` keeps from ever running; the policy forbids it as well.
      onwarn: (warning, warn) => { if (warning.code !== 'EVAL') warn(warning) },
    },
  },
})
