import { inject, provide, type InjectionKey, type Ref } from 'vue'
import type { Recipients, RecipientSuggestion } from '../api/contacts.ts'
import type { StagedFile, Staging } from '../api/stage.ts'
import type { Choices, FileRef, Values } from '../api/types.ts'
import type { UploadDesk } from '../composables/use-uploads.ts'

/** What the fields of a form share besides their own value. Connector forms have neither files nor lists. */
export interface FormContext {
  /** Values on screen, by full field name. */
  readonly values: Readonly<Ref<Values>>
  /** Values as the server holds them. */
  readonly saved: Readonly<Ref<Values>>
  readonly labelOf: (field: string) => string
  readonly uploads?: UploadDesk
  /** Sends a file of a row, to wait on the server until the form is saved. */
  readonly stage?: (staging: Staging) => Promise<StagedFile>
  readonly fileAddress?: (field: string, file: FileRef) => string
  /** `by`: values on screen of the fields that the list depends on. */
  readonly choices?: (field: string, by: Values) => Promise<Choices>
  /** The address book: what completes a list of recipients, and whom it names. */
  readonly recipients?: {
    readonly suggest: (words: string) => Promise<readonly RecipientSuggestion[]>
    readonly read: (list: string) => Promise<Recipients>
  }
  /** Names of the secrets already stored. */
  readonly secretsSet?: Readonly<Ref<readonly string[]>>
  /** A secret already stored may be taken away: its value becomes `null`. */
  readonly erasesSecrets?: true
}

const key: InjectionKey<FormContext> = Symbol('form')

export const provideForm = (context: FormContext): void => provide(key, context)

export const useForm = (): FormContext => {
  const context = inject(key)
  if (!context) throw new Error('A field lives inside a form: call provideForm above it.')
  return context
}

/** Id of the control of a field: what the error summary leads to. */
export const fieldId = (name: string): string => `champ-${name.replaceAll('.', '-')}`
