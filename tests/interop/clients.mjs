/*
 * Asks once through one of the providers' SDKs, as it comes from npm, and
 * prints the answer:
 *
 *	node clients.mjs CLIENT BASE stream|whole
 *
 * BASE is a server's URL without a path, $MODULES the folder of the packages.
 * Exits with 0 if the SDK said that all is well, with 3 on its error.
 */
import { createRequire } from 'node:module';

const [client, base, how] = process.argv.slice(2);
const require = createRequire(`${process.env.MODULES}/`);
const stream = how === 'stream';
const question = 'What is the answer?';
const messages = [{ role: 'user', content: question }];
const put = (text) => process.stdout.write(text ?? '');

async function each(events, text) {
	for await (const event of events)
		put(text(event));
}

function openai() {
	const { OpenAI } = require('openai');
	return new OpenAI({ apiKey: 'sk-fake', baseURL: `${base}/v1` });
}

/* The AI SDK hides what breaks a stream, unless it is listened for. */
async function ai(model) {
	const { generateText, streamText } = require('ai');
	if (!stream)
		return put((await generateText({ model, prompt: question })).text);
	let error;
	const r = streamText({ model, prompt: question,
	    onError: (e) => { error = e.error; } });
	await each(r.textStream, (t) => t);
	if (error)
		throw error;
}

const clients = {
	'openai-chat': async () => {
		const r = await openai().chat.completions.create({
			model: 'gpt-4o', messages, stream });
		if (!stream)
			return put(r.choices[0].message.content);
		await each(r, (e) => e.choices[0]?.delta.content);
	},
	'openai-responses': async () => {
		const r = await openai().responses.create({
			model: 'gpt-4o', input: question, stream });
		if (!stream)
			return put(r.output_text);
		await each(r, (e) =>
		    e.type === 'response.output_text.delta' ? e.delta : '');
	},
	/* Its helper is strict about the order of events. */
	'openai-helper': async () => {
		const r = openai().responses.stream({ model: 'gpt-4o',
		    input: question });
		put((await r.finalResponse()).output_text);
	},
	'anthropic': async () => {
		const { Anthropic } = require('@anthropic-ai/sdk');
		const r = await new Anthropic({ apiKey: 'sk-fake',
		    baseURL: base }).messages.create({ model: 'claude-sonnet-4-5',
		    max_tokens: 99, messages, stream });
		if (!stream)
			return put(r.content[0].text);
		await each(r, (e) => e.delta?.text);
	},
	'anthropic-helper': async () => {
		const { Anthropic } = require('@anthropic-ai/sdk');
		put(await new Anthropic({ apiKey: 'sk-fake', baseURL: base })
		    .messages.stream({ model: 'claude-sonnet-4-5',
		    max_tokens: 99, messages }).finalText());
	},
	'genai': async () => {
		const { GoogleGenAI } = require('@google/genai');
		const { models } = new GoogleGenAI({ apiKey: 'fake',
		    httpOptions: { baseUrl: base } });
		const ask = { model: 'gemini-2.5-pro', contents: question };
		if (!stream)
			return put((await models.generateContent(ask)).text);
		await each(await models.generateContentStream(ask),
		    (e) => e.text);
	},
	'ai-openai': () => ai(require('@ai-sdk/openai').createOpenAI({
		apiKey: 'sk-fake', baseURL: `${base}/v1` })('gpt-4o')),
	'ai-chat': () => ai(require('@ai-sdk/openai').createOpenAI({
		apiKey: 'sk-fake', baseURL: `${base}/v1` }).chat('gpt-4o')),
	'ai-anthropic': () => ai(require('@ai-sdk/anthropic').createAnthropic({
		apiKey: 'sk-fake', baseURL: `${base}/v1` })('claude-sonnet-4-5')),
};

try {
	await clients[client]();
} catch (e) {
	process.stderr.write(`${e.constructor.name}: ${e.message}\n`);
	process.exitCode = 3;
}
