/** Passkeys: a button with `data-passkey` ("create" or "get") and `data-question` (JSON) answers into its form. */
export function offerPasskeys(): void {
  if (!window.PublicKeyCredential) return
  for (const missing of document.querySelectorAll<HTMLElement>('[data-no-passkeys]')) missing.hidden = true
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-passkey]')) {
    button.hidden = false
    button.addEventListener('click', () => void answer(button))
  }
}

async function answer(button: HTMLButtonElement): Promise<void> {
  const form = button.form
  const field = form?.querySelector<HTMLInputElement>('input[name="passkey"]')
  if (!form || !field) return
  const said = form.querySelector<HTMLElement>('[data-passkey-fault]')
  if (said) said.hidden = true
  button.disabled = true
  try {
    const found = await ask(button.dataset.passkey, JSON.parse(button.dataset.question ?? '{}'))
    field.value = JSON.stringify(written(found as PublicKeyCredential))
    form.submit()
  } catch {
    // Given up, too late, or no key of ours on this device: the person may try again or type a code.
    if (said) said.hidden = false
  } finally {
    button.disabled = false
  }
}

function ask(kind: string | undefined, question: unknown): Promise<Credential | null> {
  if (kind === 'create') {
    const asked = question as PublicKeyCredentialCreationOptionsJSON
    const publicKey = {
      ...asked,
      challenge: bytes(asked.challenge),
      user: { ...asked.user, id: bytes(asked.user.id) },
      excludeCredentials: asked.excludeCredentials?.map(described),
    } as PublicKeyCredentialCreationOptions
    return navigator.credentials.create({ publicKey })
  }
  const asked = question as PublicKeyCredentialRequestOptionsJSON
  const publicKey = {
    ...asked,
    challenge: bytes(asked.challenge),
    allowCredentials: asked.allowCredentials?.map(described),
  } as PublicKeyCredentialRequestOptions
  return navigator.credentials.get({ publicKey })
}

// Safari writes and reads these itself from 18.4 on only: by hand, it is the same way everywhere.
function described(one: PublicKeyCredentialDescriptorJSON): PublicKeyCredentialDescriptor {
  return { ...one, id: bytes(one.id) } as PublicKeyCredentialDescriptor
}

function written(found: PublicKeyCredential): unknown {
  const response: Record<string, string> = {}
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    const value = (found.response as unknown as Record<string, ArrayBuffer | null | undefined>)[name]
    if (value) response[name] = base64url(value)
  }
  return { id: found.id, rawId: base64url(found.rawId), type: found.type, response }
}

function base64url(value: ArrayBuffer): string {
  const letters = Array.from(new Uint8Array(value), (byte) => String.fromCharCode(byte)).join('')
  return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
}
