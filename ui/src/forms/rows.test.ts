import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { defineComponent, h, nextTick, ref, shallowRef } from 'vue'
import { plugins } from '../../testing/plugins.ts'
import type { FieldView, PageView, Values } from '../api/types.ts'
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
