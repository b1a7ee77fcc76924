// The pictures, sounds and films that forms show: fetched with the forms, and kept by what they contain.
import { fetchFormFile } from '../line/api'
import * as db from '../memory/db'
import { sha256 } from '../memory/seal'
import type { FormAnswer, FormFile } from '../shapes/wire'

/** Gives a file of a form by its name; null when the tablet does not have it. */
export type MediaReader = (name: string) => Promise<File | null>

/** Fetch what the forms of the tablet show and it does not have yet; after the forms, which go without it. */
export async function fetchMissingMedia(token: string): Promise<void> {
  const kept = new Set(await db.keysWithPrefix('media', ''))
  for (const form of await db.readAll('forms')) {
    for (const file of form.files ?? []) {
      if (kept.has(file.sha256)) continue
      const bytes = await fetchFormFile(token, `${encodeURIComponent(form.form_id)}/${encodeURIComponent(form.version)}`, file.name)
      // Cut short or changed on the way: the next refresh tries again.
      if ((await sha256(bytes)) !== file.sha256) continue
      await db.write([{ store: 'media', key: file.sha256, value: { type: file.media_type, bytes } }])
      kept.add(file.sha256)
    }
  }
}

/** Read the files of a form from the tablet's memory. */
export function mediaOf(form: FormAnswer): MediaReader {
  return reader(form, async ({ sha256: key }) => (await db.read('media', key))?.bytes)
}

/** Read the files of a form that is tried in the office. */
export function previewMedia(form: FormAnswer, path: string): MediaReader {
  return reader(form, ({ name }) => fetchFormFile(null, path, name))
}

function reader(form: FormAnswer, bytesOf: (file: FormFile) => Promise<ArrayBuffer | undefined>): MediaReader {
  return async (name) => {
    const file = form.files?.find((one) => one.name === name)
    const bytes = file && (await bytesOf(file).catch(() => undefined))
    return file && bytes ? new File([bytes], name, { type: file.media_type }) : null
  }
}
