import { afterEach, expect, test, vi } from 'vitest'
import type { App } from 'vue'
import type { FieldView } from '../api/types.ts'
import { within } from '../../testing/hub.ts'
import { useUploads, type Sending, type UploadDesk } from './use-uploads.ts'

const field = (rest: Partial<FieldView> = {}): FieldView => ({
  name: 'annexes',
  label: 'Annexes',
  kind: 'files',
  required: false,
  computed: false,
  editable: true,
  ...rest,
})
const file = (name: string, bytes = 10) => new File([new Uint8Array(bytes)], name)

const apps: App[] = []
afterEach(() => apps.splice(0).forEach(app => app.unmount()))

/** A desk whose sendings the test ends itself. */
const desk = () => {
  const sendings: (Sending & { end: () => void })[] = []
  const { result, app } = within(() =>
    useUploads(
      sending =>
        new Promise<void>((resolve, reject) => {
          sendings.push({ ...sending, end: resolve })
          sending.signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')))
        }),
      async () => {},
    ),
  )
  apps.push(app)
  return { uploads: result, sendings, app }
}
const rows = ({ items }: UploadDesk) => items.value.map(({ name, status, share }) => `${name} ${status} ${share}`)

test('les fichiers partent un par un, et la barre mesure ce qui est parti', async () => {
  const { uploads, sendings } = desk()
  uploads.add(field(), [file('a'), file('b')])
  expect(rows(uploads)).toEqual(['a sending 0', 'b waiting 0'])
  sendings[0]?.onProgress(0.4)
  expect(rows(uploads)).toEqual(['a sending 0.4', 'b waiting 0'])
  sendings[0]?.end()
  await vi.waitFor(() => expect(rows(uploads)).toEqual(['b sending 0']))
})

test('annuler un envoi en cours laisse passer le suivant ; annuler un envoi en attente l’empêche de partir', async () => {
  const { uploads, sendings } = desk()
  uploads.add(field(), [file('a'), file('b'), file('c')])
  uploads.cancel(uploads.items.value[1]?.id ?? 0)
  uploads.cancel(uploads.items.value[0]?.id ?? 0)
  await vi.waitFor(() => expect(rows(uploads)).toEqual(['c sending 0']))
  expect(sendings.map(sending => sending.file.name)).toEqual(['a', 'c'])
})

test('un fichier trop lourd est refusé avant de partir, avec sa taille et la limite', () => {
  const { uploads, sendings } = desk()
  uploads.add(field({ maxBytes: 1_000 }), [file('lourd.pdf', 2_500)])
  expect(uploads.items.value[0]?.message).toBe('« lourd.pdf » pèse 2,5 Ko : 1 Ko au plus.')
  expect(sendings).toEqual([])
})

test('un champ d’un seul fichier n’en accepte pas deux à la fois', () => {
  const { uploads, sendings } = desk()
  uploads.add(field({ kind: 'file' }), [file('a'), file('b')])
  expect(uploads.items.value).toMatchObject([{ status: 'failed' }])
  expect(sendings).toEqual([])
})

test('quitter la page arrête les envois', () => {
  const { uploads, sendings, app } = desk()
  uploads.add(field(), [file('a')])
  app.unmount()
  apps.splice(apps.indexOf(app), 1)
  expect(sendings[0]?.signal.aborted).toBe(true)
})
