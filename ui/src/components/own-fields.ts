import type { FieldView, Pace } from '../api/types.ts'
import { i18n } from '../locales/i18n.ts'

const { t } = i18n.global

const field = (name: string, label: string, help: string, rest: Partial<FieldView> = {}): FieldView => ({
  name: `@${name}`,
  label,
  ...(help ? { help } : {}),
  kind: 'text',
  required: false,
  computed: false,
  editable: true,
  ...rest,
})

/** What every connector has beside its own settings; `@` keeps these names apart from those of the settings. */
export const nameField = field('label', t('connectors.label'), t('connectors.labelHelp'), { required: true })

export const PACE = ['polling', 'patience', 'concurrency', 'spacing'] as const satisfies readonly (keyof Pace)[]

export const paceFields: Readonly<Record<keyof Pace, FieldView>> = {
  polling: field('polling', t('connectors.polling'), t('connectors.pollingHelp')),
  patience: field('patience', t('connectors.patience'), t('connectors.patienceHelp')),
  concurrency: field('concurrency', t('connectors.concurrency'), '', { kind: 'number' }),
  spacing: field('spacing', t('connectors.spacing'), t('connectors.spacingHelp')),
}
