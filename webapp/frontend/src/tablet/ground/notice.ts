import { ref } from 'vue'
import { whenLocked } from './locking'

/** A sentence the next screen says once: that a visit is finished, and where it is. */
export const notice = ref('')
whenLocked(() => { notice.value = '' })
