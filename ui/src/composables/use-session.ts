import { readonly, ref } from 'vue'
import { api } from '../api/client.ts'
import { ApiError } from '../api/errors.ts'
import type { Session } from '../api/types.ts'

const session = ref<Session>()
let asked: Promise<Session | undefined> | undefined

/**
 * The session in force, asked once to the server and remembered.
 * @returns `undefined` when nobody is signed in
 * @throws ApiError when the server cannot tell
 */
const current = (): Promise<Session | undefined> => {
  asked ??= api.session
    .current()
    .then(answer => (session.value = answer))
    .catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 401) return undefined
      asked = undefined
      throw error
    })
  return asked
}

const open = async (login: string, password: string): Promise<Session> => {
  const answer = await api.session.open(login, password)
  asked = Promise.resolve(answer)
  return (session.value = answer)
}

const forget = (): void => {
  session.value = undefined
  asked = Promise.resolve(undefined)
}

const close = async (): Promise<void> => {
  await api.session.close()
  forget()
}

export const useSession = () => ({ session: readonly(session), current, open, close, forget })
