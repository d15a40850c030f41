"""dysmsapi.aliyuncs.com (2017-05-25): sending text messages, delivery reports and replies."""
