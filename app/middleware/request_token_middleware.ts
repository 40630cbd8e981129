export { RequestTokenMiddleware as default } from '#request_tokens/main'
