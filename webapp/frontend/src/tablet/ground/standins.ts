// A picture that stands for a photo which is on the server and no longer here.
import { t } from './i18n'

/** Drawn, not written out: it is shown where the photo would be, under the photo's name. */
export function standIn(name: string): File {
  const said = t('photo.onServer').replace(/[<&]/g, '')
  const drawn = `<svg xmlns="http://www.w3.org/2000/svg" width="480" height="270"><rect width="480" height="270" fill="#dfe6e6"/>`
    + `<text x="240" y="142" font-family="sans-serif" font-size="24" text-anchor="middle" fill="#17262e">${said}</text></svg>`
  return new File([drawn], name, { type: 'image/svg+xml' })
}
