from django.urls import path

from apps.identity.api.miniprogram import auth
from apps.identity.api.miniprogram.dictionaries import LookupView
from apps.identity.api.miniprogram.hospitals import HospitalListView
from apps.identity.api.miniprogram.pictures import PictureView

urlpatterns = [
    path("auth/wechat", auth.WeChatSignInView.as_view()),
    path("auth/wechat/phone", auth.WeChatPhoneView.as_view()),
    path("auth/sign-out", auth.SignOutView.as_view()),
    path("auth/sign-out-all", auth.SignOutAllView.as_view()),
    path("me", auth.MeView.as_view()),
    path("hospitals", HospitalListView.as_view()),
    path("dictionaries", LookupView.as_view()),
    path("pictures/<uuid:file_id>", PictureView.as_view()),
]
