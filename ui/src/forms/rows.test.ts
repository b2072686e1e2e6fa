import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { defineComponent, h, nextTick, ref, shallowRef } from 'vue'
import { plugins } from '../../testing/plugins.ts'
import type { FieldView, PageView, Values } from '../api/types.ts'
import FieldValue from '../components/FieldValue.vue'
import { checkAll } from './check.ts'
import { provideForm } from './context.ts'
import FormView from './FormView.vue'
import { labelIn } from './rows.ts'

const inner = (name: string, label: string, rest: Partial<FieldView> = {}): FieldView => ({
  name,
  label,
  kind: 'text',
  required: false,
  computed: false,
  editable: true,
  ...rest,
})
const UNITS = inner('unites', 'Unités', {
  kind: 'rows',
  nested: true,
  fields: [
    inner('titre', 'Titre', { required: true }),
    inner('genre', 'Genre', { kind: 'choice', default: 'u', choices: [{ value: 'u', label: 'Unité' }] }),
  ],
})
const PAGES: readonly PageView[] = [{ title: 'Page', step: null, when: null, fields: [UNITS] }]

/** A form whose values live as the pages keep them. */
const draw = (rows: readonly Values[], problems: Readonly<Record<string, string>> = {}) => {
  const values = ref<Values>({ unites: rows })
  const errors = shallowRef(problems)
  const wrapper = mount(
    defineComponent({
      setup: () => {
        provideForm({ values, saved: values, labelOf: name => labelIn([UNITS], name) })
        return () =>
          h(FormView, {
            pages: PAGES,
            values: values.value,
            errors: errors.value,
            onSet: (name: string, value: unknown) => (values.value = { ...values.value, [name]: value }),
          })
      },
    }),
    { attachTo: document.body, global: { plugins } },
  )
  const press = async (label: string) => {
    await wrapper.get(`[aria-label="${label}"]`).trigger('click')
    await nextTick()
  }
  return { wrapper, values, errors, press, titles: () => JSON.parse(JSON.stringify(values.value['unites'])) as unknown }
}

test('on ajoute une ligne, on la remplit, on ajoute une ligne dedans : le focus suit', async () => {
  const { wrapper, press, titles } = draw([])
  await press('Ajouter une ligne à « Unités »')
  const title = wrapper.get('#champ-unites-0-titre')
  expect(document.activeElement).toBe(title.element)
  await title.setValue('Délibération')
  expect(document.activeElement?.id).toBe('champ-unites-0-titre')
  await press('Ajouter une ligne dans « Délibération »')
  expect(document.activeElement?.id).toBe('champ-unites-0-enfants-0')
  expect(titles()).toEqual([{ genre: 'u', titre: 'Délibération', enfants: [{ genre: 'u' }] }])
  wrapper.unmount()
})

test('on monte et on descend une ligne ; elle garde le focus, son contenu et ce qui était ouvert', async () => {
  const { wrapper, press, titles } = draw([{ titre: 'A' }, { titre: 'B', enfants: [{ titre: 'C' }] }])
  await wrapper.get('#champ-unites-1').trigger('click')
  await press('Monter « B »')
  expect(titles()).toEqual([{ titre: 'B', enfants: [{ titre: 'C' }] }, { titre: 'A' }])
  expect(document.activeElement?.id).toBe('champ-unites-0')
  expect(wrapper.get('#champ-unites-0').attributes('aria-expanded')).toBe('true')
  expect(wrapper.get('#champ-unites-1').attributes('aria-expanded')).toBe('false')
  expect(wrapper.findAll('[role=status]').map(status => status.text())).toContain(
    '« B » est maintenant la ligne 1 sur 2.',
  )
  expect(wrapper.get('[aria-label="Monter « B »"]').attributes('disabled')).toBeDefined()
  await press('Descendre « B »')
  expect(titles()).toEqual([{ titre: 'A' }, { titre: 'B', enfants: [{ titre: 'C' }] }])
  wrapper.unmount()
})

test('supprimer une ligne mène à la suivante, supprimer la dernière mène au bouton d’ajout', async () => {
  const { wrapper, press, titles } = draw([{ titre: 'A' }, { titre: 'B' }])
  await press('Supprimer « A »')
  expect(titles()).toEqual([{ titre: 'B' }])
  expect(document.activeElement?.id).toBe('champ-unites-0')
  await press('Supprimer « B »')
  expect(document.activeElement?.id).toBe('champ-unites')
  wrapper.unmount()
})

test('une ligne repliée dit son titre et son genre ; une ligne en faute s’ouvre et dit la faute à son champ', async () => {
  const { wrapper, errors } = draw([{ titre: 'A', enfants: [{}] }])
  expect(wrapper.get('#champ-unites-0').text()).toMatch(/1\s*A\s*Unité/u)
  expect(wrapper.find('#champ-unites-0-enfants-0-titre').exists()).toBe(false)
  errors.value = { 'unites.0.enfants.0.titre': 'À remplir.' }
  await nextTick()
  const described = wrapper.get('#champ-unites-0-enfants-0-titre').attributes('aria-describedby')?.split(' ') ?? []
  expect(described.map(id => document.getElementById(id)?.textContent?.trim())).toContain('À remplir.')
  wrapper.unmount()
})

test('le navigateur vérifie chaque champ de chaque ligne, et le résumé les nomme', () => {
  const values = { unites: [{ titre: 'A' }, { titre: 'B', enfants: [{ genre: 'u' }] }] }
  const problems = checkAll(PAGES, values, 'complete', new Date('2026-07-01'))
  expect(problems.map(({ field }) => field)).toEqual(['unites.1.enfants.0.titre'])
  expect(labelIn([UNITS], problems[0]?.field ?? '')).toBe('Unités 2.1, Titre')
})

const PROJECTS = inner('convocation.projets', 'Ordre du jour', {
  kind: 'rows',
  fields: [
    inner('nom', 'Projet'),
    inner('rapport', 'Rapport', { kind: 'file', maxBytes: 1000 }),
    inner('annexes', 'Annexes', { kind: 'files' }),
    inner('theme', 'Thème', { kind: 'remoteChoice' }),
  ],
})
const held = { sha256: 'a'.repeat(64), name: 'budget.pdf', size: 10, type: 'application/pdf' }

test('une ligne reçoit ses fichiers, les montre, les retire ; une liste est demandée sous le nom de sa colonne', async () => {
  const values = ref<Values>({ 'convocation.projets': [{ nom: 'Budget', rapport: held }] })
  const asked: string[] = []
  const wrapper = mount(
    defineComponent({
      setup: () => {
        provideForm({
          values,
          saved: values,
          labelOf: name => name,
          stage: ({ file }) => Promise.resolve({ upload: `depot-${file.name}`, name: file.name, size: file.size }),
          fileAddress: (field, file) => `/fichiers/${field}/${file.sha256}`,
          choices: name => {
            asked.push(name)
            return Promise.resolve({ choices: [], fetchedAt: '2026-01-01T00:00:00Z' })
          },
        })
        return () =>
          h(FormView, {
            pages: [{ title: 'Page', step: null, when: null, fields: [PROJECTS] }],
            values: values.value,
            errors: {},
            onSet: (name: string, value: unknown) => (values.value = { ...values.value, [name]: value }),
          })
      },
    }),
    { attachTo: document.body, global: { plugins } },
  )
  const row = () => (values.value['convocation.projets'] as readonly Values[])[0]
  const drop = async (id: string, ...names: readonly string[]) => {
    const input = wrapper.get<HTMLInputElement>(`#champ-convocation-projets-0-${id}`)
    const files = names.map(name => new File([new Uint8Array(name === 'lourd.pdf' ? 2000 : 3)], name))
    Object.defineProperty(input.element, 'files', { value: files, configurable: true })
    await input.trigger('change')
    await new Promise(resolve => setTimeout(resolve))
  }
  await wrapper.get('#champ-convocation-projets-0').trigger('click')
  expect(asked).toEqual(['convocation.projets.theme'])
  expect(wrapper.get('a[download]').attributes('href')).toBe(`/fichiers/convocation.projets/${held.sha256}`)
  await drop('annexes', 'un.pdf', 'deux.pdf')
  expect(row()?.['annexes']).toEqual([
    { upload: 'depot-un.pdf', name: 'un.pdf', size: 3 },
    { upload: 'depot-deux.pdf', name: 'deux.pdf', size: 3 },
  ])
  await drop('rapport', 'lourd.pdf')
  expect(wrapper.text()).toContain('« lourd.pdf » pèse')
  await drop('rapport', 'corrigé.pdf')
  expect(row()?.['rapport']).toEqual({ upload: 'depot-corrigé.pdf', name: 'corrigé.pdf', size: 3 })
  await wrapper.get('[aria-label="Retirer un.pdf"]').trigger('click')
  expect(row()?.['annexes']).toHaveLength(1)
  wrapper.unmount()
})

test('des lignes à lire font un tableau, sans les colonnes vides, avec leurs fichiers', () => {
  const wrapper = mount(FieldValue, {
    props: {
      field: PROJECTS,
      value: [
        { nom: 'Budget', rapport: held, theme: { value: '1', label: 'Finances' } },
        { nom: 'Vœu', rapport: { ...held, name: 'voeu.pdf' } },
      ],
      fileAddress: (field: string, file: { readonly sha256: string }) => `/fichiers/${field}/${file.sha256}`,
    },
    global: { plugins },
  })
  expect(wrapper.findAll('th').map(cell => cell.text())).toEqual(['N°', 'Projet', 'Rapport', 'Thème'])
  expect(wrapper.text()).toContain('Finances')
  expect(wrapper.get('a').attributes('href')).toBe(`/fichiers/convocation.projets/${held.sha256}`)
})
