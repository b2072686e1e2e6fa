import { expect, test } from 'vitest'
import { toApiError } from './errors.ts'

test('a refusal of the server keeps its code, its sentence and its fields', () => {
  const body = JSON.stringify({
    status: 422,
    code: 'saisie_invalide',
    title: 'Certains champs sont à corriger.',
    fields: [{ field: 'objet', message: 'Trop long.', code: 'maxLength' }],
  })
  const error = toApiError(422, body)
  expect(error).toMatchObject({ status: 422, code: 'saisie_invalide', message: 'Certains champs sont à corriger.' })
  expect(error.fields).toEqual([{ field: 'objet', message: 'Trop long.', code: 'maxLength' }])
})

test('the detail, when there is one, is what the agent reads', () => {
  expect(toApiError(422, '{"title":"Action impossible","detail":"Le certificat est expiré."}').message).toBe(
    'Le certificat est expiré.',
  )
})

test('the page of a proxy gives a sentence, never its HTML', () => {
  const error = toApiError(502, '<html><h1>Bad gateway</h1></html>')
  expect(error.code).toBe('http_502')
  expect(error.message).not.toContain('<')
})
