// The tablet app: an installable app under /tablet/ whose every file is on the tablet before it is needed.
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

export default defineConfig({
  root: at('src/tablet'),
  base: '/tablet/',
  publicDir: at('public/tablet'),
  plugins: [
    vue(),
    VitePWA({
      strategies: 'generateSW',
      injectRegister: null,
      filename: 'sw.js',
      manifestFilename: 'manifest.webmanifest',
      manifest: {
        id: '/tablet/',
        name: 'Palier',
        short_name: 'Palier',
        description: 'Les visites à domicile, avec ou sans réseau',
        lang: 'fr',
        start_url: '/tablet/',
        scope: '/tablet/',
        display: 'standalone',
        background_color: '#faf8f4',
        theme_color: '#0b5f63',
        icons: [
          { src: 'icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: 'icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'any maskable' },
        ],
      },
      workbox: {
        globPatterns: ['**/*.{js,css,html,woff2,svg,png}'],
        navigateFallback: '/tablet/index.html',
        navigateFallbackAllowlist: [/^\/tablet\//],
        // A new version waits until the next start asks for it: never in the middle of a visit.
        skipWaiting: false,
        clientsClaim: true,
        cleanupOutdatedCaches: true,
        inlineWorkboxRuntime: true,
        sourcemap: false,
        maximumFileSizeToCacheInBytes: 5_000_000,
      },
    }),
  ],
  build: {
    outDir: at('../static/tablet'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1600,
    // The engine's WebAssembly glue holds evals that never run; the policy forbids them as well.
    rolldownOptions: { onwarn: (warning, warn) => { if (warning.code !== 'EVAL') warn(warning) } },
  },
})
