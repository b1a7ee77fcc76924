import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'

/** Emit files as they are, under a stable name: `[source, name in the output]`. */
export function copies(files: [string, string][]): Plugin {
  return {
    name: 'palier-copies',
    apply: 'build',
    generateBundle() {
      for (const [source, fileName] of files) {
        this.emitFile({ type: 'asset', fileName, source: readFileSync(source) })
      }
    },
  }
}
