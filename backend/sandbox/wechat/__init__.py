"""api.weixin.qq.com: sign-in and subscribe messages of a mini-program, template messages of an official account."""
