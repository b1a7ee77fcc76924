import { onScopeDispose, ref, watch, type Ref } from 'vue'

/** An address to show a file at, given back to the browser when it is no longer shown. */
export function usePreview(file: () => File | null): Ref<string> {
  const address = ref('')
  const release = () => { if (address.value) URL.revokeObjectURL(address.value) }
  watch(file, (shown) => {
    release()
    address.value = shown ? URL.createObjectURL(shown) : ''
  }, { immediate: true })
  onScopeDispose(release)
  return address
}
