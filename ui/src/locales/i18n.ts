import { createI18n } from 'vue-i18n'
import { fr } from './fr.ts'

type Texts = typeof fr

declare module 'vue-i18n' {
  export interface DefineLocaleMessage extends Texts {}
}

export const i18n = createI18n({ legacy: false, locale: 'fr', messages: { fr } })
