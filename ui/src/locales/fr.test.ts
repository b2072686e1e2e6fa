// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { fr } from './fr.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter(name => /\.(ts|vue)$/u.test(name) && !/\.test\.ts$|locales\//u.test(name))
  .map(name => readFileSync(`${folder}/${name}`, 'utf8'))
  .join('\n')
const keys = Object.entries(fr).flatMap(([group, texts]) => Object.keys(texts).map(name => `${group}.${name}`))

/** Keys whose end is computed: `t(`route.${step.status}`)`, `t(`studio.states.${flow.state}`)`. */
const prefixes = [...sources.matchAll(/`([a-zA-Z.]+\.)\$\{/gu)].map(match => match[1] ?? '')

test('every sentence asked for exists', () => {
  const groups = Object.keys(fr).join('|')
  const asked = [...sources.matchAll(new RegExp(`'((?:${groups})\\.[a-zA-Z]+)'`, 'gu'))].map(match => match[1] ?? '')
  expect(asked.length).toBeGreaterThan(100)
  expect(asked.filter(key => !keys.includes(key))).toEqual([])
})

test('every sentence written is asked for', () => {
  expect(
    keys.filter(key => !sources.includes(`'${key}'`) && !prefixes.some(prefix => `${key}.`.startsWith(prefix))),
  ).toEqual([])
})
