import { useToast } from '@nuxt/ui/composables/useToast'
import { useI18n } from 'vue-i18n'
import { ApiError } from '../api/errors.ts'

/** Short messages that answer a gesture: done, or refused with the sentence of the server. */
export const useFeedback = () => {
  const toast = useToast()
  const { t } = useI18n()

  const tell = (title: string) => toast.add({ title, color: 'success', icon: 'i-lucide-circle-check' })
  const warn = (title: string) =>
    toast.add({ title, color: 'error', icon: 'i-lucide-triangle-alert', duration: 12_000 })

  /** Does something; a refusal is told to the agent, a fault of ours is told and thrown again. */
  const report = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (refusal) {
      warn(refusal instanceof ApiError ? refusal.message : t('app.unexpected'))
      if (!(refusal instanceof ApiError)) throw refusal
    }
  }
  return { tell, warn, report }
}
